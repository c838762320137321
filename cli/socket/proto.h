/* What posternd and the console say to each other on the local socket.
 *
 * A frame is a 32-bit length of what follows (network order), one byte of type and the fields of that type in the
 * order of the table in proto.c. Text is the rest of the frame. Neither side trusts the other: a frame that
 * is longer than its ceiling, of an unknown type, or too short for its fields ends the connection. */
#ifndef CLI_SOCKET_PROTO_H
#define CLI_SOCKET_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/str.h"

enum {
	PROTO_VERSION = 4,
	PROTO_HEAD = 5,            /* length and type */
	PROTO_LINE_MAX = 8192,     /* longest line a console may send */
	PROTO_FROM_CONSOLE = 8300, /* longest frame a console may send, head included */
	PROTO_TEXT_MAX = 32768,    /* longest text the appliance sends in one frame */
	PROTO_FROM_SERVER = PROTO_TEXT_MAX + 64,
};

enum proto_type {
	PROTO_NONE,
	/* console to appliance */
	PROTO_HELLO, /* version, kind = enum proto_hello, width, height, text = SSH_CONNECTION or empty */
	PROTO_LINE,  /* answer to a PROMPT of kind LINE, ASK or SECRET: seq of the prompt, text */
	PROTO_KEY,   /* answer to a PROMPT of kind KEY: seq, kind = the byte typed */
	PROTO_HELP,  /* `?`: seq, text left of the cursor; ends with a new PROMPT */
	PROTO_TAB,   /* seq, text left of the cursor; INSERT perhaps, then a new PROMPT */
	PROTO_SIZE,  /* width, height */
	PROTO_BREAK, /* ^C while no answer is wanted, or instead of one */
	PROTO_EOF,   /* the console's input has ended */
	PROTO_ACTIVE, /* somebody is typing; now and then, as his keys alone say nothing to the appliance */
	/* appliance to console */
	PROTO_WELCOME, /* version */
	PROTO_OUT,     /* text for the screen as it is */
	PROTO_ASYNC,   /* whole lines that come while the user may be typing */
	PROTO_PROMPT,  /* asks for one answer: seq, kind = enum proto_prompt, width of the terminal, text */
	PROTO_INSERT,  /* text to put in at the cursor (Tab) */
	PROTO_RESULT,  /* a line is done: kind 0 accepted, 1 refused */
	PROTO_BYE,     /* the session is over: kind = exit status, text for stderr or empty */
	PROTO_N
};

enum proto_hello {
	PROTO_TTY = 1, /* a person at a terminal: pager, banner */
	PROTO_BATCH =
	        2, /* lines from a script: privilege 15, no prompts shown, RESULT after each line */
	PROTO_CONFIG = 4, /* batch starts in config mode */
	PROTO_ENABLE = 8, /* a person who starts in privileged EXEC */
	PROTO_SERIAL = 16, /* a console that is never left: back to the login */
};

enum proto_prompt { PROTO_ASK_LINE, PROTO_ASK_TEXT, PROTO_ASK_SECRET, PROTO_ASK_KEY, PROTO_ASK_CONFIRM, PROTO_ASK_PASTE };

struct proto_msg {
	enum proto_type type;
	uint8_t version, kind;
	uint32_t seq;
	uint16_t width, height;
	struct str text; /* points into the frame it was read from */
};

/* Writes one frame. 0 when it does not fit into cap or the text is over its ceiling. */
size_t proto_encode(uint8_t *dst, size_t cap, const struct proto_msg *m);

/* Frames out of a byte stream. Holds at most one frame of `max` bytes. */
struct proto_reader {
	uint8_t *buf;
	size_t len, used, max;
	bool from_server; /* which types are allowed */
};

enum proto_read { PROTO_READ_MORE, PROTO_READ_OK, PROTO_READ_BAD };

/* from_server: this end is the console. false when memory is short. */
bool proto_reader_init(struct proto_reader *r, bool from_server);
void proto_reader_free(struct proto_reader *r); /* wipes: passwords pass through */
/* Where received bytes go, and how many fit; never 0 after PROTO_READ_MORE. */
uint8_t *proto_reader_space(struct proto_reader *r, size_t *room);
void proto_reader_added(struct proto_reader *r, size_t n);
/* Takes the next frame. m->text lives until the next call of any function on r. BAD is final. */
enum proto_read proto_reader_next(struct proto_reader *r, struct proto_msg *m);

#endif
