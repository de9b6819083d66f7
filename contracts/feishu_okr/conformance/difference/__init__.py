"""Where two targets differ: the same cases sent to both, answer held against answer."""
