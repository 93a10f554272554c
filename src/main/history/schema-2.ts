/** Version 2 of the schema: what a run has taken of another run or of an imported model, as JSON; NULL where all weights began anew. */
export const VERSION_2 = `
ALTER TABLE runs ADD COLUMN start TEXT;
`;
