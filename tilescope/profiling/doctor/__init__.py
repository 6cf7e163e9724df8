"""Whether this machine can do the main job, and what it lacks: one small file for each question."""
