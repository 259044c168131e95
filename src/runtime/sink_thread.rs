//! The thread that drives the sink: it may block for as long as the broker does.

use super::coordinator::Message;
use crate::engine::{BatchId, Fence, TopicPartition};
use crate::kafka::FinishedBatch;
use crate::model::Offset;
use crate::sink::{Sink, Stopped};
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::thread::JoinHandle;

/// What the coordinator tells the sink thread.
pub(super) enum Order {
    Send(BatchId, Arc<FinishedBatch>),
    Commit(Vec<(TopicPartition, Offset)>, Fence),
}

/// Starts the thread. Told to `go`, it makes the sink ready and says so; then it takes orders until the
/// channel closes.
pub(super) fn start(
    mut sink: Box<dyn Sink>,
    go: Receiver<()>,
    orders: Receiver<Order>,
    answers: Sender<Message>,
) -> JoinHandle<()> {
    let body = move || {
        // Never told: the worker stopped before its topics were there.
        if go.recv().is_err() {
            return;
        }
        if let Err(stopped) = drive(&mut *sink, &orders, &answers) {
            // The coordinator may have ended first.
            let _ = answers.send(Message::SinkStopped(stopped));
        }
    };
    let started = std::thread::Builder::new().name("sink".to_owned()).spawn(body);
    started.expect("the system can start a thread")
}

fn drive(sink: &mut dyn Sink, orders: &Receiver<Order>, answers: &Sender<Message>) -> Result<(), Stopped> {
    let gone = |_| Stopped::ByRequest;
    sink.prepare()?;
    answers.send(Message::SinkReady).map_err(gone)?;
    for order in orders {
        match order {
            Order::Send(id, batch) => sink.send(id, batch),
            Order::Commit(offsets, fence) => {
                let answer = sink.commit(&offsets, fence)?;
                answers.send(Message::SinkAnswer(answer)).map_err(gone)?;
            }
        }
    }
    Ok(())
}
