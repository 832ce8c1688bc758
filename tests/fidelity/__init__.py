"""Whether the forms say what the contract's annexes 2 to 5 say.

`data/annexes_kk.txt` is the print, as copied out of its PDF; `data/annex_N.txt` are its sentences
and labels, one a line. `artefacts.toml` lists what of the print is no sentence, `deviations.toml`
where our text differs, and why.
"""
