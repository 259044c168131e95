#!/bin/sh
# Counts the instructions the pipeline takes for each example article, and compares them with the figures
# in benches/instructions.txt. Counts do not depend on what else the machine does, so they can be checked.
#
#   benches/instructions.sh            prints both; fails when an article, or all of them together, takes
#                                      over 5 % more than its figure, or when an article has no figure;
#                                      over 5 % less does not fail, but is told, so that the gain is kept
#   benches/instructions.sh --bless    writes the figures anew: commit them with the change that needs them
#
# Two runs of different length are counted and their difference taken, so start-up does not count. How they
# grow with the text's length is counted by benches/linear.sh.
# Needs valgrind. Figures depend on compiler and processor type, both written in the file's head.
set -eu
cd "$(dirname "$0")/.."
figures=benches/instructions.txt
change_max=5

binary=$(cargo bench --quiet --no-run --no-default-features --bench instructions --message-format=json-render-diagnostics |
    sed -n 's/.*"kind":\["bench"\].*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
[ -x "$binary" ] || { echo "the bench \`instructions\` was not built" >&2; exit 2; }

# count NAME ROUNDS: instructions of the whole process. The hash maps inside the language detector are
# seeded anew in each process, which moves the figures by under 0.1 % from run to run; another build of the
# same code may move them by some tenths. The environment is left empty, because its size moves the stack,
# whose addresses are part of the seed.
count() {
    report=$(env -i PATH="$PATH" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$1" "$2" 2>&1) ||
        { echo "$report" >&2; exit 2; }
    collected=$(echo "$report" | sed -n 's/.*Collected *: *\([0-9][0-9]*\).*/\1/p')
    [ -n "$collected" ] || { echo "no count in what valgrind printed: $report" >&2; exit 2; }
    echo "$collected"
}

measured=$(mktemp)
trap 'rm -f "$measured"' EXIT
"$binary" list | while read -r name bytes; do
    one=$(count "$name" 1)
    five=$(count "$name" 5)
    each=$(((five - one) / 4))
    [ "$each" -gt 0 ] || { echo "four more rounds of $name took no instructions" >&2; exit 2; }
    echo "$name $bytes $each"
done >"$measured"

made_by="# $(rustc --version | cut -d ' ' -f 1-2), $(uname -m), $(valgrind --version)"
if [ "${1:-}" = --bless ]; then
    {
        echo "# Instructions per example article; written by benches/instructions.sh --bless."
        echo "$made_by"
        echo "# article, bytes, instructions"
        cat "$measured"
    } >"$figures"
    echo "wrote $figures"
elif [ -f "$figures" ] && ! grep -qxF -- "$made_by" "$figures"; then
    echo "note: the figures were counted with other tools, and may differ for that reason; here: ${made_by#\# }"
fi

awk -v change_max="$change_max" -v measured="$measured" '
    FILENAME != measured { if ($1 != "#") figure[$1] = $3; next }
    FNR == 1 {
        printf "%-22s %8s %12s %12s %8s %9s\n", "article", "bytes", "figure", "now", "change", "per byte"
    }
    {
        change = "-"
        if (!($1 in figure)) { wrong = wrong "\n" $1 " has no figure" }
        else {
            percent = 100 * ($3 - figure[$1]) / figure[$1]
            change = sprintf("%+.1f %%", percent)
            before += figure[$1]; after += $3
            if (percent > change_max) wrong = wrong "\n" $1 " changed by " change
            if (percent < -change_max) gained = gained "\n" $1 " changed by " change
        }
        printf "%-22s %8d %12s %12d %8s %9.0f\n", $1, $2, figure[$1], $3, change, $3 / $2
        seen[$1] = 1; bytes += $2; total += $3
    }
    END {
        percent = before ? 100 * (after - before) / before : 0
        printf "%-22s %8d %12d %12d %+6.1f %% %9.0f\n", "all", bytes, before, total, percent, total / bytes
        if (percent > change_max) wrong = wrong "\nall together take more than their figure"
        for (name in figure) if (!(name in seen)) gained = gained "\n" name " has a figure and is gone"
        if (gained != "") print gained "\n\nkeep the figures fresh: benches/instructions.sh --bless"
        if (wrong != "") {
            print wrong "\n\nif that is the price of the change, write it down: benches/instructions.sh --bless"
            exit 1
        }
    }' "$( [ -f "$figures" ] && echo "$figures" || echo /dev/null)" "$measured"
