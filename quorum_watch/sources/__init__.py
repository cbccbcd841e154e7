"""One module per file kind behind one small interface; each yields records or coded rejections."""
