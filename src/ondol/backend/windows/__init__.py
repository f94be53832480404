"""What every window sees, tap by tap, and the way back: for eager and for compiled code.

A window of 3 x 3 has nine taps. `window_slices` gives for each tap the array of what it sees in all windows; looking
at whole arrays, it loops over taps and never over pixels. `window_sum` is its adjoint: it adds such arrays back to
where they were seen. Arrays are (samples, *lengths, channels).
"""
