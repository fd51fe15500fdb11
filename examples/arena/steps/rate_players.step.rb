# Moves the ratings of two players after a match, by what was to be expected of them.

def config
  {
    type: 'event',
    name: 'RatePlayers',
    description: 'Moves the ratings of two players after a match',
    subscribes: ['match.ended'],
    emits: [],
    input: { matchId: 'string', players: ['string'], winner: 'string' },
    flows: ['arena']
  }
end

START = 1000
STEP = 32

def handler(input, context)
  state = context[:state]
  one, other = input['players']
  return context[:logger].warn('A match of fewer than two', { matchId: input['matchId'] }) unless other

  before = [one, other].to_h { |player| [player, state.get('ratings', player)&.fetch('rating') || START] }
  expected = 1 / (1 + 10**((before[other] - before[one]) / 400.0))
  change = (STEP * (points(one, input['winner']) - expected)).round

  state.set('ratings', one, { player: one, rating: before[one] + change })
  state.set('ratings', other, { player: other, rating: before[other] - change })
  context[:logger].info('Players rated', { matchId: input['matchId'], change: change })
end

def points(player, winner)
  { 'draw' => 0.5, player => 1 }.fetch(winner, 0)
end
