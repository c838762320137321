/* RADIUS as a protocol of server groups. */
#ifndef CORE_AAA_RADIUS_RADIUS_H
#define CORE_AAA_RADIUS_RADIUS_H

#include "core/aaa/server.h"

extern const struct aaa_proto aaa_radius;
/* SecurID: passcode, next tokencode and new PIN as a conversation with the server's RADIUS interface. Its own protocol
 * (UDP 5500) is not published. */
extern const struct aaa_proto aaa_sdi;

#endif
