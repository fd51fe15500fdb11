# Loads each file of the arguments and writes, as one JSON object a line, what its config is at run time.

require 'json'

SCHEMAS = %i[input bodySchema responseSchema].freeze

def schemas(config)
  found = {}
  input = config[:input] || config[:bodySchema]
  found['input'] = { plain: input } unless input.nil?
  (config[:responseSchema] || {}).each { |status, schema| found["response #{status}"] = { plain: schema } }
  found
end

def answer(file)
  step = Module.new
  step.module_eval(File.read(file), file)
  config = Object.new.extend(step).send(:config).transform_keys(&:to_sym)
  { file: file, config: config.reject { |key, _| SCHEMAS.include?(key) }, schemas: schemas(config) }
rescue StandardError, ScriptError => e
  { file: file, error: e.full_message(highlight: false) }
end

ARGV.each { |file| puts JSON.generate(answer(file)) }
