// Package sms sends text messages through Twilio and hears what became of them.
//
// A letter goes out as a message of our own words (Programmable Messaging). Where
// the operator has a Verify service, a letter that holds a code goes through that
// instead, with our code in it: Twilio then picks route and sender for each country
// and fights artificial traffic, and the code is still judged by identity/challenge
// alone, counted and spent as any other.
//
// What Twilio answers becomes one of two things: a *letter.Refusal, which no further
// try would change, or an error after which notify/message tries again. Neither holds
// the text, the code, or the credentials.
//
// Its route is POST /webhooks/sms/twilio, for delivery reports, believed only with
// Twilio's signature. It has no table: notify/message keeps the log.
package sms
