#!/usr/bin/env bash
# Trains the baselines that come with the grader, into reference/baselines. What is there already stays; stopping and
# starting again costs at most one batch of seeds. Takes hours on two cores, most of them for the convolutional networks.
#
#     reference/make_baselines.sh [FOLDER WITH THE DATA SETS]
set -euo pipefail
cd "$(dirname "$0")/.."
grader=(.venv/bin/grader baseline --cache reference/baselines)
real=(); [ $# -gt 0 ] && real=(--data "$1")

# The assignment's usual settings. Ten epochs hold five as well.
usual() { # network, seeds, what else
  local network=$1 seeds=$2; shift 2
  for dataset in mnist fashion_mnist; do
    for optimizer in Adam SGD; do
      for batch in 32 128; do
        "${grader[@]}" "$network" --dataset "$dataset" --optimizer "$optimizer" --batch-size "$batch" --epochs 10 \
          --seeds "$seeds" "$@"
      done
    done
  done
}

usual mlp 16 "${real[@]}"

# What real submissions used.
for file in mnist-mlp-adam mnist-mlp-dropout-split fashion-mlp-sgd mnist-mlp-momentum; do
  "${grader[@]}" "examples/specifications/$file.yaml" --seeds 8 "${real[@]}"
done

# Convolutions take an hour on two cores.
usual cnn 3 "${real[@]}"
"${grader[@]}" examples/specifications/mnist-cnn-adam.yaml --seeds 3 "${real[@]}"

# Stand-in data, drawn where there is no other: an empty folder keeps every other source out.
empty=$(mktemp -d); trap 'rm -rf "$empty"' EXIT
KERAS_HOME=$empty usual mlp 4 --data "$empty" --offline
