/* Commands about the configuration as a whole: show running-config, write, copy, reload, clear configure. */
#ifndef CLI_EXEC_CONFIG_H
#define CLI_EXEC_CONFIG_H

#include "cli/edit.h"
#include "cli/startup.h"
#include "core/base/clock.h"
#include "core/base/show.h"

/* Filled by main before exec_config_register, outlives the sessions. */
struct exec_config {
	const struct grammar *grammar; /* may be set after registering, before the first command */
	struct confsys *sys;
	const struct clock *clock;
	struct startup startup;
	/* Ends the program so that it starts again; called once the dialogue is over. */
	void (*reload)(void *ctx);
	void *reload_ctx;
	/* What the startup configuration gave at boot; owned, exec_config_free frees it. */
	struct load_report boot;
	bool booted; /* there was one */
};

/* Handlers: show_running_config show_startup_config more_file write_memory write_terminal write_erase
 * copy_running_startup reload clear_configure. */
void exec_config_register(struct exec_config *x);
void exec_config_free(struct exec_config *x);

/* Loads the startup configuration, best effort; what was refused is kept for `show startup-config errors` and
 * logged. 0 also when there is none; -errno with err when the file cannot be read or nothing could be committed. */
int exec_config_boot(struct exec_config *x, struct err *err);

/* The whole running configuration with header and trailer, secrets in clear when asked. */
void exec_config_text(const struct exec_config *x, bool secrets, struct out *out);

#endif
