## Lists of `?` in every kind of place: both modes, exec under its header, values, placeholders, <cr>, one line for a word.
## The column layout of the samples is kept; that a word's list in config mode has a header is recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show h?
  history
ciscoasa# show history ?

  |     Output modifiers
  <cr>

ciscoasa# show history
  en
  show history
ciscoasa# conf t
ciscoasa(config)# pager ?

configure mode commands/options:
  <0-2147483647>  Pager lines, 0 means no page-limit
  lines           Number of lines on a page

ciscoasa(config)# pager lines 24
ciscoasa(config)# username jdoe ?

configure mode commands/options:
  attributes  Enter the attributes sub-command mode for the specified user
  nopassword  Indicates that this user has no password
  password    Specify the password for the user
  privilege   Enter the privilege level for this user

ciscoasa(config)# username jdoe password secret ?

configure mode commands/options:
  encrypted     Indicates the <password> entered is encrypted
  mschap        The password will be converted to unicode and hashed using MD4.
                User entries must be created this way if they are to be
                authenticated using MSCHAPv1 or MSCHAPv2
  nt-encrypted  Indicates the <password> entered has been converted to unicode
                and hashed using MD4, and can be used for MS-CHAP.
  pbkdf2        Indicates that the <password> entered has been salted and
                hashed using the pbkdf2 key derivation algorithm
  privilege     The privilege level for this user
  <cr>

ciscoasa(config)# username jdoe password secret
ciscoasa(config)# isakmp?

configure mode commands/options:
  isakmp
ciscoasa(config)# isakmp identity auto
ciscoasa(config)# crypto ikev1 policy 10
[full] WARNING: <*>
ciscoasa(config-ikev1-policy)# e?

ikev1-policy mode commands/options:
  encryption

configure mode commands/options:
  enable  end  established  exit

exec mode commands/options:
  enable  exit
ciscoasa(config-ikev1-policy)# exit
ciscoasa(config)# tunnel-group ?

configure mode commands/options:
  WORD < 65 char  Enter the name of the tunnel group

ciscoasa(config)# tunnel-group X type remote-access
ciscoasa(config)# banner motd ?

configure mode commands/options:
  LINE  Banner text

ciscoasa(config)# banner motd x
ciscoasa(config)# disable ?

exec mode commands/options:
  <0-14>  Privilege level
  <cr>

ciscoasa(config)# disable 1
ciscoasa> 
