## crypto ca enroll: requests by the terminal, certificates of one's own.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# domain-name example.com
gw(config)# crypto ca trustpoint T
gw(config-ca-trustpoint)# crypto ca enroll T
ERROR: Trustpoint 'T' has none of enrollment terminal, self and url
gw(config-ca-trustpoint)# enrollment terminal
gw(config-ca-trustpoint)# keysize 1024
gw(config-ca-trustpoint)# subject-name CN=asa.qytang.com, C=CN
gw(config-ca-trustpoint)# fqdn asa.qytang.com
gw(config-ca-trustpoint)# ip-address 202.100.3.10
gw(config-ca-trustpoint)# crypto ca enroll T
%WARNING: The certificate enrollment is configured with an fqdn
that differs from the system fqdn. If this certificate will be
used for VPN authentication this may cause connection problems.

Would you like to continue with this enrollment? [yes/no]: <<no
gw(config-ca-trustpoint)# crypto ca enroll T
%WARNING: The certificate enrollment is configured with an fqdn
that differs from the system fqdn. If this certificate will be
used for VPN authentication this may cause connection problems.

Would you like to continue with this enrollment? [yes/no]: <<yes
INFO: The name for the keys will be: <Default-RSA-Key>
Keypair generation process begin. Please wait...
% Start certificate enrollment ..
% The subject name in the certificate will be: CN=asa.qytang.com, C=CN

% The fully-qualified domain name in the certificate will be: asa.qytang.com

% Include the device serial number in the subject name? [yes/no]: <<no

% The IP address in the certificate is 202.100.3.10

Display Certificate Request to terminal? [yes/no]: <<yes
Certificate Request follows:
-----BEGIN CERTIFICATE REQUEST-----
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
<*>
-----END CERTIFICATE REQUEST-----

Redisplay enrollment request? [yes/no]: <<no
gw(config-ca-trustpoint)# subject-name XX=1
gw(config-ca-trustpoint)# crypto ca enroll T
ERROR: XX is not an attribute of a subject name
gw(config-ca-trustpoint)# no subject-name
gw(config-ca-trustpoint)# no ip-address
gw(config-ca-trustpoint)# fqdn none
gw(config-ca-trustpoint)# serial-number
gw(config-ca-trustpoint)# enrollment self
gw(config-ca-trustpoint)# crypto ca enroll T
% Start certificate enrollment ..
% The subject name in the certificate will be: CN=gw.example.com
% The fully-qualified domain name will not be included in the certificate
% The serial number in the certificate will be: <*>
Generate Self-Signed Certificate? [yes/no]: <<no
gw(config-ca-trustpoint)# no fqdn
gw(config-ca-trustpoint)# no serial-number
gw(config-ca-trustpoint)# crypto ca enroll T
% Start certificate enrollment ..
% The subject name in the certificate will be: CN=gw.example.com
% The fully-qualified domain name in the certificate will be: gw.example.com
% Include the device serial number in the subject name? [yes/no]: <<no
Generate Self-Signed Certificate? [yes/no]: <<yes
WARNING: trustpoint T: its key has 1024 bits, newer clients want 2048
INFO: trustpoint T: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config-ca-trustpoint)# crypto ca enroll T
WARNING: Trustpoint T has already enrolled and has
a device cert issued to it.
If you successfully re-enroll this trustpoint,
the current certificate will be replaced.

Do you want to continue with re-enrollment? [yes/no]: <<no
gw(config-ca-trustpoint)# crypto ca enroll T noconfirm
% Start certificate enrollment ..
% The subject name in the certificate will be: CN=gw.example.com
% The fully-qualified domain name in the certificate will be: gw.example.com
WARNING: trustpoint T: its key has 1024 bits, newer clients want 2048
INFO: trustpoint T: its certificate is signed with SHA256, Windows 7 clients need certificates signed with the same
gw(config-ca-trustpoint)# show crypto ca trustpoints | include Trustpoint
Trustpoint T:
gw(config-ca-trustpoint)# show crypto ca certificates | include Usage|Trustpoints
  Certificate Usage: General Purpose
  Associated Trustpoints: T
gw(config-ca-trustpoint)# clear configure crypto ca trustpoint
WARNING: Removing an enrolled trustpoint will destroy all
certificates received from the related Certificate Authority.
INFO: Be sure to ask the CA administrator to revoke your certificates.
gw(config-ca-trustpoint)# show running-config crypto ca
crypto ca trustpool policy
gw(config-ca-trustpoint)# end
gw# 
