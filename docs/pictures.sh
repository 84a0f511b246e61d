#!/usr/bin/env bash
# Draws the pictures of README and the manual again: those of docs/ and docs/losses/. Needs minutes and gnuplot-nox.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

"$root/apps/mnist.sh" --plot build/pictures
cmake --preset release > /dev/null
cmake --build --preset release --parallel "$(nproc)" --target losses_tour docs_losses
build/release/apps/losses_tour --pictures build/pictures/losses
(cd build/pictures/losses && "$root/build/release/tests/docs/docs_losses" > /dev/null)

# Without what a browser does not need: unused symbols, empty lines, blanks at the end.
small() {
  sed -e '/<?xml/d; /<desc>/d; s/ *$//; /^$/d' -e "/<defs>/,/<\/defs>/{/defs>\|'gpPt5'\|'gpPt6'/!d}" "$1" > "$2"
}
for picture in build/pictures/losses/*.svg; do
  small "$picture" "docs/losses/$(basename "$picture")"
done
mv docs/losses/losses.svg docs/losses.svg
cp build/pictures/history.svg docs/learning_curves.svg
cp build/pictures/confusion.svg docs/confusion_matrix.svg
cp build/pictures/mistakes.png docs/mistakes.png
