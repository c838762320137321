## The commands of PIX 6 about certificates, and how it shows them.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# terminal dialect pix-6
gw# conf t
gw(config)# ca authenticate sjvpn
ERROR: CA trustpoint 'sjvpn' is not known.
gw(config)# ca identity sjvpn 171.68.9.149:/certsrv/mscep/mscep.dll
INFO: converting 'ca' lines to crypto ca trustpoint commands
gw(config)# ca configure sjvpn ra 1 20 crloptional
gw(config)# ca subject-name sjvpn CN=PIX, O=Example
gw(config)# show running-config | include ^ca 
ca identity sjvpn 171.68.9.149:/certsrv/mscep/mscep.dll
ca configure sjvpn ra 1 20 crloptional
ca subject-name sjvpn CN=PIX, O=Example
gw(config)# ca configure sjvpn ca 2 5
gw(config)# show running-config | include ^ca configure
ca configure sjvpn ca 2 5
gw(config)# show ca configure
ca configure sjvpn ca 2 5
gw(config)# ca authenticate sjvpn 1234
ERROR: 1234 is not a fingerprint: it has 32, 40 or 64 hexadecimal digits
gw(config)# ca enroll sjvpn secret serial ipaddress
ERROR: Trustpoint 'sjvpn' is not authenticated: crypto ca authenticate gets the certificate of its CA
gw(config)# show history | include enroll sjvpn
  ca enroll sjvpn ***** serial ipaddress
  show history | include enroll sjvpn
gw(config)# terminal dialect asa-8.0
gw(config)# show running-config crypto ca trustpoint
crypto ca trustpoint sjvpn
 enrollment url http://171.68.9.149:/certsrv/mscep/mscep.dll
 enrollment retry period 2
 enrollment retry count 5
 enrollment mode ca
 subject-name CN=PIX, O=Example
 revocation-check crl
 crl configure
gw(config)# terminal dialect pix-6
gw(config)# no ca configure sjvpn ca 2 5
gw(config)# show running-config | include ^ca 
ca identity sjvpn 171.68.9.149:/certsrv/mscep/mscep.dll
ca subject-name sjvpn CN=PIX, O=Example
gw(config)# end
gw# 
