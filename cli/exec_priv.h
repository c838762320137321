/* Between the exec_*.c files. */
#ifndef CLI_EXEC_PRIV_H
#define CLI_EXEC_PRIV_H

#include "cli/exec_config.h"

/* Saves; prints checksum and size. 0 or -errno with err. */
int exec_save(const struct exec_config *x, const char *user, struct out *out, struct err *err);
bool exec_modified(const struct exec_config *x);
/* Who is at the console; "enable_15" when nobody says. */
const char *exec_user(const struct cmd *c);
/* Words of `show running-config` and `clear configure` as render takes them. */
void exec_section_words(struct str section, struct str name, struct out *words);
/* The wall clock by a format for strftime that holds one more %d, the milliseconds, and doubles its other %. */
void exec_time(const struct exec_config *x, const char *format, struct out *out);
void exec_clock_register(struct exec_config *x);
/* clear configure, configure ... */
void exec_apply_register(struct exec_config *x);
/* write erase, copy and reload, which ask. */
void exec_dialog_register(struct exec_config *x);

#endif
