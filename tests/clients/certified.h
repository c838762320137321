/* Certificates for a world and the clients in it (drive.h), of one authority. */
#ifndef TESTS_CLIENTS_CERTIFIED_H
#define TESTS_CLIENTS_CERTIFIED_H

#include "tests/exchange/full_server.h"

/* After drive_open: the server has a certificate and policies for who comes with one. */
void certified_open(struct world *w);
/* Before the world ends, after the last client. Harmless when it was not opened. */
void certified_close(void);
/* A client of this world with a certificate. */
void certified_habits(struct client_habits *habits);

#endif
