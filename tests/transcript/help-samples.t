## Lists of `?` and a help as captures of the appliance have them, the prompts included. help rename is recollection of the
## command reference.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show ip?
  ip  ipsec
ciscoasa# show ip ?

  address  Show IP addresses, DHCP leases
  local    Show ip local pool information
  |        Output modifiers
  <cr>

ciscoasa# show ip local
ERROR: % Incomplete command
ciscoasa# conf t
ciscoasa(config)# hostname FW1
FW1(config)# policy-map P
FW1(config-pmap)# class ?

mpf-policy-map mode commands/options:
  WORD           class-map name
  class-default  System default class matching otherwise unclassified packets

configure mode commands/options:
  WORD < 129 char  class-map name
  type             Specifies the type of class-map

FW1(config-pmap)# class class-default
FW1(config-pmap-c)# exit
FW1(config-pmap)# exit
FW1(config)# hostname ciscoasa
ciscoasa(config)# domain-name vpn
ciscoasa(config)# prompt hostname domain
ciscoasa/vpn(config)# crypto isakmp identity ?

configure mode commands/options:
  address   Use the IP address of the interface for the identity
  auto      Identity automatically determined by the connection type: IP
            address for preshared key and Cert DN for Cert based connections
  hostname  Use the hostname of the router for the identity
  key-id    Use the specified key-id for the identity

ciscoasa/vpn(config)# crypto isakmp identity auto
ciscoasa/vpn(config)# tunnel-group DefaultRAGroup ipsec-attributes
ciscoasa/vpn(config-tunnel-ipsec)# peer-id-validate ?

tunnel-group-ipsec mode commands/options:
  cert     If supported by certificate
  nocheck  Do not check
  req      Required

ciscoasa/vpn(config-tunnel-ipsec)# peer-id-validate req
ciscoasa/vpn(config-tunnel-ipsec)# no prompt
ciscoasa(config)# logging trap ?

configure mode commands/options:
  <0-7>          Enter syslog level (0 - 7)
  WORD           Specify the name of logging list
  alerts         Immediate action needed           (severity=1)
  critical       Critical conditions               (severity=2)
  debugging      Debugging messages                (severity=7)
  emergencies    System is unusable                (severity=0)
  errors         Error conditions                  (severity=3)
  informational  Informational messages            (severity=6)
  notifications  Normal but significant conditions (severity=5)
  warnings       Warning conditions                (severity=4)

ciscoasa(config)# logging trap 4
ciscoasa(config)# hostname hostname
hostname(config)# end
hostname# help rename

USAGE:

        rename [/noconfirm] <from> <to>

DESCRIPTION:

rename          Rename a file

SYNTAX:

/noconfirm                      No confirmation
<from>                          Source file
<to>                            Destination file

hostname# 
