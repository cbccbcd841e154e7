"""Law as data: profiles, overlays, thresholds with their arithmetic, notice."""
