/* shape: standard input or FILE to standard output as its shape. */
#include <stdio.h>

#include "tests/shape/shape.h"

int main(int argc, char **argv)
{
	char buffer[4096];
	struct out text, shape;
	FILE *f = argc > 1 ? fopen(argv[1], "r") : stdin;
	if (f == NULL) {
		perror(argv[1]);
		return 2;
	}
	out_init(&text);
	out_init(&shape);
	for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;)
		out_put(&text, (struct str){buffer, n});
	shape_mask(out_text(&text), &shape);
	if (shape.len > 0)
		fwrite(shape.text, 1, shape.len, stdout);
	out_free(&text);
	out_free(&shape);
	return f == stdin ? 0 : fclose(f);
}
