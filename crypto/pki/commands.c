/* Every command of this folder, by the file it stands in. */
#include "crypto/pki/advice.h"
#include "crypto/pki/crlcmd.h"
#include "crypto/pki/enroll_cmd.h"
#include "crypto/pki/keycmd.h"
#include "crypto/pki/pki.h"
#include "crypto/pki/show.h"

void pki_commands_register(struct pki *pki)
{
	pki_advice_use(pki);
	pki_key_commands(pki);
	pki_show_commands(pki);
	pki_crl_commands(pki);
	pki_authenticate_commands(pki);
	pki_enroll_commands(pki);
	pki_import_commands(pki);
}
