/* Between the exec_*.c files. */
#ifndef CLI_EXEC_PRIV_H
#define CLI_EXEC_PRIV_H

#include "cli/exec/config.h"

/* config.c */
/* Saves; prints checksum and size. 0 or -errno with err. */
int exec_save(const struct exec_config *x, const char *user, struct out *out, struct err *err);
/* What is saved, secrets in clear. */
void exec_saved_text(const struct exec_config *x, const char *user, struct out *text);
/* "Cryptochecksum: ... " and an empty line. */
void exec_sum_line(const struct exec_config *x, struct out *out);
bool exec_modified(const struct exec_config *x);
/* Words of `show running-config` and `clear configure` as render takes them. */
void exec_section_words(struct str section, struct str name, struct out *words);

/* clock.c */
/* The wall clock by a format for strftime that holds one more %d, the milliseconds, and doubles its other %. */
void exec_time(const struct exec_config *x, const char *format, struct out *out);
void exec_clock_register(struct exec_config *x);

/* apply.c: clear configure, configure rollback and factory-default */
/* Adds a text to the running configuration or puts it in its place, all of it or nothing; prints what is said about its
 * lines. 0 or -errno with err. */
int exec_apply_text(struct exec_config *x, struct str text, const char *name, bool replace,
                    struct out *out, struct err *err);
void exec_apply_forget(struct exec_config *x);
void exec_apply_register(struct exec_config *x);

/* copy.c: copy, write net, configure memory, net and replace */
/* "N bytes copied in 0.80 secs". */
void exec_copied(uint64_t bytes, uint64_t ms, struct out *out);
void exec_copy_register(struct exec_config *x);

/* files.c: dir, more, delete, rename, write erase */
void exec_files_register(struct exec_config *x);

/* reload.c: reload, show reload */
void exec_reload_stop(struct exec_config *x);
void exec_reload_register(struct exec_config *x);

#endif
