"""Drawing tools that Displays share: style, texts, points, contours and limits."""
