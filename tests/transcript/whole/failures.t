## Clients that did not get in: nobody yet, the help, what is forgotten.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# show vpn-sessiondb failures
INFO: No client was refused
gw# show vpn-sessiondb failures detail
INFO: No client was refused
gw# show vpn-sessiondb failures | json
{
  "message": "INFO: No client was refused"
}
gw# clear vpn-sessiondb failures
gw# show vpn-sessiondb failures ?

  detail  Show what each of them offered, what was wanted, and what helps
  |       Output modifiers
  <cr>

gw# show vpn-sessiondb failures detail
INFO: No client was refused
gw# 
