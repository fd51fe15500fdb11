# frozen_string_literal: true

require 'prawn'
require_relative '../lib/label_topics'

DONE = 'label.printed'

def config
  {
    type: 'event',
    name: 'PrintLabel',
    subscribes: %w[parcel.packed parcel.relabelled],
    emits: [DONE, LabelTopics::FAILED],
    input: { 'type' => 'object', 'properties' => { 'id' => { 'type' => 'string' } }, 'required' => ['id'] },
    flows: ['shipping']
  }
end

def handler(input, context)
  emit = context[:emit]
  state = context[:state]

  begin
    label = { id: input['id'], pages: 1, printed_at: Time.now.iso8601, note: "for #{input['id']}" }
    label[:printer] = 'east' if input['east']
    state.set('labels', label[:id], label)
    emit.call(topic: DONE, data: label)
  rescue StandardError => error
    context.emit(topic: LabelTopics::FAILED, data: { id: input['id'], error: error.message })
  end
end

private

def unrelated(list)
  list.each { |item| item.emit(topic: 'never') }
end
