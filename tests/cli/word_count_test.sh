#!/usr/bin/env bash
# The word count example on texts of all sizes: word_count_test.sh HEDDLE
set -euo pipefail
example=$(cd "$(dirname "$0")/../../examples/wordcount" && pwd)/run
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf 'hello\n' >"$folder/one word"
seq 5 >"$folder/no word"
seq 5000 | sed 's/.*/the quick brown fox jumps over the lazy dog/' >"$folder/many words"
for text in "$folder"/*word*; do
  "$example" "$1" "$folder/run" "$text"
done
[[ $(head -n 1 "$folder/run/words.txt") == "hello 1" ]]
