"""What Displays share: style, words, points, contours and limits."""
