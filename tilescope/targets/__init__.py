"""Where a workload can run: one file per place, found by entry point, ours like anyone's."""
