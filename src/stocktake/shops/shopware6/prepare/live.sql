-- The version of things that is in force; any other is a draft.
SELECT '0fa91ce3e96a4bc2be4bd9ce752c3425' AS version_id, '2fbb5fe2e29a4d70aa5854ce7ce3e20b' AS language_id,
  'b7d2554b0ce847cd82f3ac9bd1c0dfca' AS currency_id
