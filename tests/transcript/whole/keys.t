## RSA key pairs: made, shown, replaced, removed; the forms of PIX 6.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show crypto key mypubkey rsa
gw# configure terminal
gw(config)# crypto key ?

configure mode commands/options:
  generate  Generate new keys
  zeroize   Remove keys

gw(config)# crypto key zeroize rsa
ERROR: there are no RSA keys
gw(config)# crypto key generate rsa modulus 1024
INFO: The name for the keys will be: <Default-RSA-Key>
Keypair generation process begin. Please wait...
gw(config)# show crypto key mypubkey rsa
Key pair was generated at: <*> UTC <*>
Key name: <Default-RSA-Key>
 Usage: General Purpose Key
 Modulus Size (bits): 1024
 Key Data:

  30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181 00<*>
  <*>
  <*>
  <*>
  <*>020301
  0001
gw(config)# crypto key generate rsa modulus 512
WARNING: You have a RSA keypair already defined named <Default-RSA-Key>.

Do you really want to replace them? [yes/no]: <<no
gw(config)# crypto key generate rsa modulus 512
WARNING: You have a RSA keypair already defined named <Default-RSA-Key>.

Do you really want to replace them? [yes/no]: <<what
Do you really want to replace them? [yes/no]: <<yes
Keypair generation process begin. Please wait...
gw(config)# crypto key generate rsa usage-keys label vpn modulus 512 noconfirm
Keypair generation process begin. Please wait...
gw(config)# show crypto key mypubkey rsa | include Key name|Usage|bits
Key name: <Default-RSA-Key>
 Usage: General Purpose Key
 Modulus Size (bits): 512
Key name: vpn
 Usage: Signature Key
 Modulus Size (bits): 512
Key name: vpn
 Usage: Encryption Key
 Modulus Size (bits): 512
gw(config)# crypto key zeroize rsa label nobody
ERROR: there is no RSA key pair named nobody
gw(config)# crypto key zeroize rsa label vpn
WARNING: Keys to be removed are named 'vpn'.
WARNING: All device digital certificates issued using these keys will also be removed.

Do you really want to remove these keys? [yes/no]: <<yes
gw(config)# crypto key zeroize rsa
WARNING: All RSA keys will be removed.
WARNING: All device digital certificates issued using these keys will also be removed.

Do you really want to remove these keys? [yes/no]: <<no
gw(config)# crypto key zeroize rsa default noconfirm
gw(config)# crypto key generate rsa general-keys modulus 512
INFO: The name for the keys will be: <Default-RSA-Key>
Keypair generation process begin. Please wait...
gw(config)# show crypto ca certificates
gw(config)# show crypto ca certificates nobody
ERROR: CA trustpoint 'nobody' is not known.
gw(config)# crypto ca trustpoint msca
gw(config-ca-trustpoint)# enrollment url http://192.168.20.1
gw(config-ca-trustpoint)# show crypto ca trustpoints
Trustpoint msca:
    Not authenticated.
    CEP URL: http://192.168.20.1
gw(config-ca-trustpoint)# show crypto ca certificates msca
gw(config-ca-trustpoint)# exit
gw(config)# terminal dialect pix-6
gw(config)# show ca identity
ca identity msca 192.168.20.1
gw(config)# show ca configure
ca configure msca ra 1 0 crloptional
gw(config)# ca generate rsa specialkey 1024
WARNING: You have a RSA keypair already defined named <Default-RSA-Key>.

Do you really want to replace them? [yes/no]: <<yes
For <key_modulus_size> >= 1024, key generation could
  take up to several minutes. Please wait.
Keypair generation process begin.
.Success.
gw(config)# show ca mypubkey rsa
% Key pair was generated at: <*>

Key name: gw
 Usage: Signature Key
 Key Data:
  30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181 00<*>
  <*>
  <*>
  <*>
  <*>020301
  0001

% Key pair was generated at: <*>

Key name: gw
 Usage: Encryption Key
 Key Data:
  30819f30 0d06092a 864886f7 0d010101 05000381 8d003081 89028181 00<*>
  <*>
  <*>
  <*>
  <*>020301
  0001
gw(config)# ca zeroize rsa
gw(config)# show ca mypubkey rsa
gw(config)# 
