"""Pictures of measurements: plotly figures for screens, SVG for paper."""
