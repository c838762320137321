/* Structured output: one call prints a text and records the data in it, so that the handler of a `show` gives both
 * the appliance's layout and, for `show ... | json`, a document of the same facts.
 *
 *   rec_list(o, "tunnels");
 *   for each tunnel:
 *           rec_open(o, NULL);
 *           rec(o, "id state", "Tunnel id %u is %s\n", t->id, state);
 *           rec_close(o);
 *   rec_close(o);
 *
 * Of an out that wants text only (the usual one) rec is out_printf and everything else here does nothing. Of one that
 * wants JSON (rec_begin) nothing but the document is written: what out_printf and out_str say is decoration there.
 * The document is written as it comes: nothing is kept of it. Keys are the caller's words and unique in their object.
 * Texts are escaped; bytes that are not UTF-8 become U+FFFD. */
#ifndef CORE_BASE_REC_H
#define CORE_BASE_REC_H

#include "core/base/out.h"

/* fmt: as of printf (conversions d i u x X c s f, with flags, width, precision and length). keys: a word for each
 * conversion in fmt, blanks between them:
 *   -      not recorded (shown twice, or a mere word)
 *   name?  true or false: whether the text is one of yes, on, Y, enabled, up, true or the number is not 0
 * In a list the value stands alone, whatever its word. A text without conversions has keys "". */
void rec(struct out *o, const char *keys, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
/* An object or a list under `key` (in a list: NULL); rec_close ends the one opened last. */
void rec_open(struct out *o, const char *key);
void rec_list(struct out *o, const char *key);
void rec_close(struct out *o);
/* Recorded, not printed. */
void rec_num(struct out *o, const char *key, uint64_t value);
void rec_bool(struct out *o, const char *key, bool value);
void rec_text(struct out *o, const char *key, const char *value);
void rec_str(struct out *o, const char *key, struct str value);
/* Printed as out_str does, and recorded as "message": "there is nothing". */
void rec_message(struct out *o, const char *text);
/* What is printed from here on is the datum itself (a configuration, a log): "lines": [ each line ]. Until
 * rec_lines_end or the end. */
void rec_lines(struct out *o);
void rec_lines_end(struct out *o);

/* Is a document wanted? */
static inline bool rec_wanted(const struct out *o)
{
	return o->json != NULL;
}

/* From here on o writes a document. false when memory is short. */
bool rec_begin(struct out *o);
/* Ends it: everything open is closed. false, and o is empty, when the command printed text but recorded nothing: it
 * has no structured form. */
bool rec_end(struct out *o);
/* The document becomes {"error": text}. */
void rec_error(struct out *o, const char *text);

#endif
