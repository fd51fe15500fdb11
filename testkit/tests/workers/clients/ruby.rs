//! The clients of Ruby.

use super::check_client;
use crate::libraries::has_ruby;

/// Name, what is required, and the body of `call(method, url, data)`, which gives the status and the parsed answer.
const CLIENTS: [(&str, &str, &str); 7] = [
    (
        "Net::HTTP",
        "require 'net/http'",
        "uri = URI(url)
  response = Net::HTTP.start(uri.host, uri.port, use_ssl: true, open_timeout: 5, read_timeout: 5) do |http|
    request = Net::HTTP.const_get(method.capitalize).new(uri, 'content-type' => 'application/json')
    request.body = JSON.generate(data) if data
    http.request(request)
  end
  [response.code.to_i, JSON.parse(response.body)]",
    ),
    (
        "open-uri beside Net::HTTP",
        "require 'open-uri'
require 'net/http'",
        "if data
    response = Net::HTTP.post(URI(url), JSON.generate(data), 'content-type' => 'application/json')
    [response.code.to_i, JSON.parse(response.body)]
  else
    begin
      URI.parse(url).open { |io| [io.status[0].to_i, JSON.parse(io.read)] }
    rescue OpenURI::HTTPError => e
      [e.io.status[0].to_i, JSON.parse(e.io.read)]
    end
  end",
    ),
    (
        "Faraday",
        "require 'faraday'",
        "response = Faraday.new(request: { timeout: 5 }).run_request(method.downcase.to_sym, url, data && JSON.generate(data), 'content-type' => 'application/json')
  [response.status, JSON.parse(response.body)]",
    ),
    (
        "HTTParty",
        "require 'httparty'",
        "response = HTTParty.send(method.downcase, url, body: data && JSON.generate(data), headers: { 'content-type' => 'application/json' }, timeout: 5)
  [response.code, response.parsed_response]",
    ),
    (
        "http.rb",
        "require 'http'",
        "response = HTTP.timeout(5).request(method.downcase.to_sym, url, json: data)
  [response.status.to_i, JSON.parse(response.to_s)]",
    ),
    (
        "excon",
        "require 'excon'",
        "response = Excon.new(url, connect_timeout: 5).request(method: method.downcase.to_sym, body: data && JSON.generate(data), headers: { 'content-type' => 'application/json' })
  [response.status, JSON.parse(response.body)]",
    ),
    (
        "excon with a connection that stays",
        "require 'excon'
CONNECTION = Excon.new('https://api.shop.example', persistent: true)",
        "uri = URI(url)
  connection = uri.host == 'api.shop.example' ? CONNECTION : Excon.new(url)
  response = connection.request(method: method, path: uri.path, query: uri.query, body: data && JSON.generate(data), headers: { 'content-type' => 'application/json' })
  [response.status, JSON.parse(response.body)]",
    ),
];

#[test]
fn every_client_is_answered_by_the_mocks() {
    for (client, required, body) in CLIENTS {
        let text = format!(
            "require 'json'
{required}

BASE = 'https://api.shop.example/v1'

def call(method, url, data = nil)
  {body}
end

def refused
  call('GET', 'https://api.unknown.dev/x')
  'let through'
rescue StandardError
  'refused'
end

def handler(input, context)
  answers = [
    call('GET', BASE + '/items?q=mug'),
    call('POST', BASE + '/items', {{ name: 'Tasse ä', price: {{ amount: 12.5 }} }}),
    call('GET', BASE + '/missing'),
    call('POST', BASE + '/broken', {{}}),
    refused
  ]
  [answers, (Time.now.to_f * 1000).round]
end
"
        );
        check_client(client, "steps/a.step.rb", &text, &|_| has_ruby());
    }
}
