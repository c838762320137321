/* Just enough of Active Directory: it says what it is, finds CN=Jane for every sAMAccountName, and refuses her passwords
 * with the sub-code that the password is ("775"); "good" is right. */
#ifndef TESTS_EXCHANGE_HELPER_DIRECTORY_H
#define TESTS_EXCHANGE_HELPER_DIRECTORY_H

#include <stdint.h>

/* On this port of the loopback interface, in a process of its own, whose number is returned. */
int directory_start(uint16_t port);

#endif
