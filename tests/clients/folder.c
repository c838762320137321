#include "tests/clients/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_profile(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');
	return dot != NULL && strcmp(dot, ".yaml") == 0;
}

bool folder_load(struct folder *f, const char *path)
{
	struct dirent **found;
	int n = scandir(path, &found, is_profile, alphasort);
	struct err err = {0};
	*f = (struct folder){0};
	for (int i = 0; i < n; i++) {
		char file[512];
		snprintf(file, sizeof file, "%s/%s", path, found[i]->d_name);
		snprintf(f->names[f->n], sizeof f->names[0], "%.*s", (int)strcspn(found[i]->d_name, "."), found[i]->d_name);
		if (f->n < PROFILES_MAX && err.text[0] == '\0' && (f->profiles[f->n] = profile_load(file, &err)) != NULL)
			f->n++;
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	if (n <= 0 || f->n != (size_t)n)
		fprintf(stderr, "%s: %d profiles, %s\n", path, n, err.text);
	return n > 0 && f->n == (size_t)n;
}

void folder_free(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		profile_free(f->profiles[i]);
}
