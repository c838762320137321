/* disk0: (flash:), the appliance's file system: a folder of the state directory. One level of files with plain names;
 * links are not followed, nothing outside can be named, and the files together have a ceiling. */
#ifndef CLI_EXEC_FLASH_H
#define CLI_EXEC_FLASH_H

#include <time.h>

#include "core/base/err.h"
#include "core/base/out.h"

enum { FLASH_NAME_MAX = 63, FLASH_FILES_MAX = 1000 };
#define FLASH_BYTES    (256u << 20) /* all files together */
#define FLASH_FILE_MAX (64u << 20)  /* one that is read or written as a whole */

struct flash {
	char dir[320]; /* STATE/disk0 */
};

struct flash_file {
	char name[FLASH_NAME_MAX + 1];
	uint64_t bytes;
	time_t changed;
};

/* Nothing is made before the first file is. 0 or -errno with err. */
int flash_init(struct flash *f, const char *state_dir, struct err *err);
/* Letters, digits and . _ - ; no dot at the beginning. */
bool flash_name_ok(struct str name);
/* Every file by name; a list of its own (free it) and how many. 0 or -errno with err. */
int flash_list(const struct flash *f, struct flash_file **files, size_t *n, struct err *err);
/* -ENOENT with err when there is none. */
int flash_stat(const struct flash *f, struct str name, struct flash_file *file, struct err *err);
int flash_read(const struct flash *f, struct str name, struct out *text, struct err *err);
/* Replaces as a whole or not at all. -ENOSPC when there is no room left. */
int flash_write(const struct flash *f, struct str name, struct str text, struct err *err);
int flash_delete(const struct flash *f, struct str name, struct err *err);
int flash_rename(const struct flash *f, struct str from, struct str to, struct err *err);

#endif
