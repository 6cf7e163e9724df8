"""How true the simulated times are: published measurements, predictions of them, calibration."""
