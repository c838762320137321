/* The texts of `debug radius`. Secrets, and what they could be guessed from, are shown as stars. */
#ifndef CORE_AAA_RADIUS_TEXT_H
#define CORE_AAA_RADIUS_TEXT_H

#include "core/aaa/radius/packet.h"
#include "core/base/debug.h"

/* `debug radius decode`: the packet, raw and by attributes. what: "authentication request". */
void radius_show(const struct debug_who *who, const char *what, const uint8_t *data, size_t len);
/* `debug radius session`. */
#define radius_say(who, ...) debug_for((who), DEBUG_RADIUS_SESSION, 1, __VA_ARGS__)
/* A line of 16 octets for each line of them. */
void radius_say_octets(const struct debug_who *who, const uint8_t *data, size_t len);

#endif
