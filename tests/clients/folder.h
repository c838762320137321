/* All profiles of a folder. */
#ifndef TESTS_CLIENTS_FOLDER_H
#define TESTS_CLIENTS_FOLDER_H

#include "tests/clients/profile.h"

enum { PROFILES_MAX = 32 };

struct folder {
	struct profile *profiles[PROFILES_MAX];
	char names[PROFILES_MAX][32]; /* of the files, without .yaml */
	size_t n;
};

/* In the order of their names. false: the reason stands on stderr. */
bool folder_load(struct folder *f, const char *path);
void folder_free(struct folder *f);

#endif
