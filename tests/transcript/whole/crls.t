## CRLs that were fetched: asked for, shown, forgotten.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show crypto ca crls
gw# show crypto ca crls trustpoint nobody
ERROR: CA trustpoint 'nobody' is not known.
gw# show crypto ca crls | json
{
  "crls": []
}
gw# clear crypto ca crls
gw# clear crypto ca crls nobody
ERROR: CA trustpoint 'nobody' is not known.
gw# configure terminal
gw(config)# crypto ca crl request nobody
ERROR: CA trustpoint 'nobody' is not known.
gw(config)# crypto ca trustpoint msca
gw(config-ca-trustpoint)# exit
gw(config)# crypto ca crl request msca
ERROR: trustpoint msca has no certificate of its CA, authenticate it first
gw(config)# show crypto ca crls msca
gw(config)# clear crypto ca crls trustpoint msca
gw(config)# terminal dialect pix-6
gw(config)# ca crl request nobody
ERROR: CA trustpoint 'nobody' is not known.
gw(config)# 
