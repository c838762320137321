/* Runs files (or every file of folders) given as arguments through a fuzz target, once each. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	static uint8_t bytes[1 << 20];
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	/* An exact heap copy, so that the sanitizer sees a read one byte too far. */
	uint8_t *copy = malloc(n > 0 ? n : 1);
	if (copy == NULL)
		return 1;
	for (size_t i = 0; i < n; i++)
		copy[i] = bytes[i];
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0, n = 0;
	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		if (dir == NULL) {
			failed |= run_file(argv[i]);
			n++;
			continue;
		}
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			char path[4096];
			struct stat st;
			snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
			if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
				failed |= run_file(path);
				n++;
			}
		}
		closedir(dir);
	}
	printf("%d inputs\n", n);
	return failed || n == 0;
}
