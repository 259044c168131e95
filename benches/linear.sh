#!/bin/sh
# Counts the instructions of each pass on texts that would show one that takes more than linear time, and fails
# when four times the text takes a pass much more than four times the instructions.
#
#   benches/linear.sh [SHAPE…]    all shapes of tests/it/shapes.rs, or those named
#
# Counts do not depend on what else the machine does. A pass's count includes what it calls. Passes that take
# under 0.5 % of the whole are not judged: a table that is touched for the first time weighs more than their work.
# For the same reason a pass that takes too much is counted again on texts four times as long, and judged by those.
# Needs valgrind.
set -eu
cd "$(dirname "$0")/.."
growth_max=1.25

binary=$(cargo bench --quiet --no-run --no-default-features --bench instructions --message-format=json-render-diagnostics |
    sed -n 's/.*"kind":\["bench"\].*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
[ -x "$binary" ] || { echo "the bench \`instructions\` was not built" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# passes SHAPE BYTES: a line `PASS INSTRUCTIONS` for each pass, and `all` for the whole program.
passes() {
    env -i PATH="$PATH" valgrind --tool=callgrind --callgrind-out-file="$folder/out" "$binary" shape "$1" "$2" \
        >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 2; }
    callgrind_annotate --inclusive=yes --threshold=100 "$folder/out" 2>"$folder/log" | tr -d ',' | awk '
        /PROGRAM TOTALS/ { print "all", $1 }
        match($0, /copydesk::enrich::[a-z_]+::(find|link|ease|all|split|assemble)( |$)/) {
            pass = substr($0, RSTART + 18, RLENGTH - 18); sub(/ .*/, "", pass)
            if ($1 > count[pass]) count[pass] = $1
        }
        END { for (pass in count) print pass, count[pass] }'
}

# judge SHAPE SMALL LARGE: prints a line for each pass; fails when one takes too much, or too few were seen.
judge() {
    passes "$1" "$2" >"$folder/small"
    passes "$1" "$3" >"$folder/large"
    awk -v shape="$1" -v sizes="$2 $3" -v max="$growth_max" '
        FNR == NR { before[$1] = $2; next }
        $1 == "all" { all = $2 }
        { now[$1] = $2 }
        END {
            judged = 0
            for (pass in now) {
                if (!(pass in before) || now[pass] < all / 200) continue
                growth = now[pass] / before[pass] / 4
                is_wrong = growth > max
                judged += pass != "all"
                printf "%-14s %-13s %-22s %12d %12d %7.2f%s\n", shape, sizes, pass, before[pass], now[pass], growth, is_wrong ? "  TOO MUCH" : ""
                bad = bad || is_wrong
            }
            if (judged < 3) { print shape ": fewer than three passes were counted; were they inlined?"; bad = 1 }
            exit bad
        }' "$folder/small" "$folder/large"
}

if [ $# = 0 ]; then
    # shellcheck disable=SC2046 # a list of names, one word each
    set -- $("$binary" shapes)
fi
printf '%-14s %-13s %-22s %12s %12s %7s\n' shape bytes pass instructions '4 times text' growth
wrong=0
for shape in "$@"; do
    judge "$shape" 16000 64000 || judge "$shape" 64000 256000 || wrong=1
done
[ "$wrong" = 0 ] || { echo "a pass takes more than linear time" >&2; exit 1; }
