"""Code inside cores: loads, stores, arithmetic and loops that a compiler left as they are."""
