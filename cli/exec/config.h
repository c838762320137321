/* Commands about the configuration as a whole: show running-config, write, copy, reload, clear configure. */
#ifndef CLI_EXEC_CONFIG_H
#define CLI_EXEC_CONFIG_H

#include "cli/config/edit.h"
#include "cli/exec/flash.h"
#include "cli/config/startup.h"
#include "core/base/clock.h"
#include "core/base/show.h"

/* rc 0: body is what came. Else -errno, why says it in words. */
typedef void exec_transfer_fn(void *arg, int rc, struct str body, const char *why);

/* Files from and to servers; all NULL where there is no network (tests). */
struct exec_net {
	void *ctx;
	/* put NULL: gets. done is called once, never from within. NULL with err when it cannot be begun. */
	void *(*start)(void *ctx, const char *url, const struct str *put, exec_transfer_fn *done,
	               void *arg, struct err *err);
	/* done will not be called. */
	void (*cancel)(void *ctx, void *job);
};

/* How to end: sessions that `crypto isakmp reload-wait` would wait for are not waited for (quick), or for no longer
 * than this (0: as long as it takes). */
struct exec_ending {
	bool quick;
	uint32_t hold_s;
};

/* `reload in`, `reload at`. */
struct exec_scheduled {
	struct exec_ending ending;
	struct timer timer;
	time_t at; /* wall clock */
	char reason[128], user[65];
	bool save;
};

/* Filled by main before exec_config_register, outlives the sessions. */
struct exec_config {
	const struct grammar *grammar; /* may be set after registering, before the first command */
	struct confsys *sys;
	struct clock *clock;
	struct startup startup;
	struct flash flash;
	struct exec_net net;
	/* A capture as a file of packets (pcap) or as lines; NULL where there is none. 0 or -errno. */
	int (*capture)(void *ctx, const char *name, bool pcap, struct out *out);
	void *capture_ctx;
	/* Ends the program so that it starts again; called once the dialogue is over. */
	void (*reload)(void *ctx, const struct exec_ending *ending);
	void *reload_ctx;
	/* What the startup configuration gave at boot; owned, exec_config_free frees it. */
	struct load_report boot;
	bool booted; /* there was one */
	/* Of the commands' own. */
	struct exec_scheduled scheduled;
	char *before; /* the configuration before it was replaced as a whole, for `configure rollback`; wiped */
};

/* Handlers: those of the exec_*.c files. */
void exec_config_register(struct exec_config *x);
void exec_config_free(struct exec_config *x);

/* Loads the startup configuration, best effort; what was refused is kept for `show startup-config errors` and
 * logged. 0 also when there is none; -errno with err when the file cannot be read or nothing could be committed. */
int exec_config_boot(struct exec_config *x, struct err *err);

/* The whole running configuration with header and trailer, secrets in clear when asked. */
void exec_config_text(const struct exec_config *x, bool secrets, struct out *out);

#endif
