export class S3Client {
  constructor(options) {
    this.options = options
  }

  async send(command) {
    return { ...command.input, region: this.options.region }
  }
}

export class PutObjectCommand {
  constructor(input) {
    this.input = input
  }
}
