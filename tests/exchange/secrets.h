/* Listens to the log and to every debug at its highest level, and looks for secrets in what was said. */
#ifndef TESTS_EXCHANGE_SECRETS_H
#define TESTS_EXCHANGE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

void secrets_listen(void);
void secrets_stop(void);
/* How many bytes were said. */
size_t secrets_heard(void);
/* Were these bytes said: as they are, or in hexadecimal digits with or without gaps? */
bool secrets_told(const void *secret, size_t len);
/* Fails the test when they were. */
void secrets_check(const char *what, const void *secret, size_t len);

#endif
