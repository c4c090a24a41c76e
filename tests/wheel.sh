#!/usr/bin/env bash
# Builds the wheel, installs it in a fresh environment, and grades one notebook from an empty folder.
#   tests/wheel.sh PYTHON      PYTHON: an interpreter that has `build`
set -euo pipefail
python=$1
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"

"$root/$python" -m build --wheel --outdir "$scratch/dist" "$root" >"$scratch/build.log" 2>&1 \
  || { cat "$scratch/build.log"; exit 1; }
"$root/$python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  "$(ls "$scratch"/dist/*.whl)[keras]" -r "$root/requirements/notebooks.txt"
mkdir "$scratch/empty"
cp "$root/examples/submissions/ann-lee.ipynb" "$scratch/"
cd "$scratch/empty"
"$scratch/venv/bin/grader" grade "$scratch/ann-lee.ipynb" --out graded --trust-code
for file in index.html grades.csv ann-lee/report.html ann-lee/evidence.json ann-lee/grade.json; do
  test -s "graded/$file" || { echo "the wheel did not write $file"; exit 1; }
done
grep -q "finished" graded/ann-lee/evidence.json || { echo "the notebook did not finish"; exit 1; }
echo "1 passed, 0 failed (wheel: built, installed, graded one notebook from an empty folder)"
