"""FABA-Bench: scores any model's answers about faces against a data set's labels and reference texts.

    python -m train.bench --task au --dataset FABA --truth eval_AU_anno.json --answers pred.json

`paper` gives the published metric number for number, its defects included; `corrected` is the one to
trust. They have the same function names and are never mixed. `uncertainty` says how far either may be
believed. Not covered: running a model, and how data sets are read from their owners' folders.
"""
