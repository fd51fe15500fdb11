def config
  {
    type: 'event',
    name: 'OfferFavourites',
    subscribes: ['tastes.known'],
    emits: [],
    flows: ['tastes']
  }
end

def handler(input, context)
  context.state.set('offers', input['userId'], { products: input['favourites'] })
end
